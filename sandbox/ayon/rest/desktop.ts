import { actorFrom, type App } from "../http.ts";

/** Installers and packages of the launcher: there are none, but clients ask for them. */
export function desktopRoutes(app: App): void {
  app.get("/api/desktop/installers", (request) => {
    actorFrom(request);
    return { installers: [] };
  });
  app.get("/api/desktop/dependencyPackages", (request) => {
    actorFrom(request);
    return { packages: [] };
  });
}
