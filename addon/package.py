name = "ftrack"
version = "2.0.0"
title = "ftrack"
ayon_server_version = ">=1.8.0"
services = {
    "leecher": {"image": "ayon-ftrack-events-leecher:2.0.0"},
    "processor": {"image": "ayon-ftrack-events-processor:2.0.0"},
    "redis": {"image": "valkey/valkey:8-alpine"},
}
