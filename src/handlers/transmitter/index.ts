import {
  AYON_TOPICS,
  ayonChangeOf,
  TRANSMITTER,
} from "../../core/ayon-event.ts";
import { defineHandler, type Handler } from "../../core/handler.ts";
import { slices } from "../../settings/addon.ts";
import { decideTransmission } from "./decide.ts";
import { gatherTransmission } from "./gather.ts";

/** The way back: what people change in AYON comes to Ftrack. */
export const transmitter: Handler = defineHandler({
  name: TRANSMITTER,
  title: "Bring changes made in AYON to Ftrack",
  topics: AYON_TOPICS,
  settingsKey: "service_event_handlers.transmit_to_ftrack",
  settings: slices["service_event_handlers.transmit_to_ftrack"],
  wants: (event) => ayonChangeOf(event) !== null,
  gather: (events, _settings, ctx) => gatherTransmission(events, ctx),
  decide: decideTransmission,
});
