import Fastify from "fastify";
import { authenticateRequests } from "./auth.ts";
import { answerErrors } from "./http-errors.ts";
import type { App } from "./http.ts";
import type { Control } from "./control/control.ts";
import { interfere } from "./control/hooks.ts";
import { controlRoutes } from "./control/routes.ts";
import { graphqlRoute } from "./graphql/route.ts";
import { accessGroupRoutes } from "./rest/access-groups.ts";
import { activityRoutes } from "./rest/activities.ts";
import { reactionRoutes } from "./rest/reactions.ts";
import { addonRoutes } from "./rest/addons.ts";
import { addonSettingsRoutes } from "./rest/addon-settings.ts";
import { anatomyRoutes } from "./rest/anatomy.ts";
import { assignRoute } from "./rest/assign.ts";
import { attributeRoutes } from "./rest/attributes.ts";
import { bundleRoutes } from "./rest/bundles.ts";
import { desktopRoutes } from "./rest/desktop.ts";
import { enrollRoute } from "./rest/enroll.ts";
import { entityRoutes } from "./rest/entities.ts";
import { eventRoutes } from "./rest/events.ts";
import { fileRoutes } from "./rest/files.ts";
import { folderListRoutes } from "./rest/folders.ts";
import { linkRoutes } from "./rest/links.ts";
import { listFolderRoutes } from "./rest/list-folders.ts";
import { listRoutes } from "./rest/lists.ts";
import { loginRoutes } from "./rest/login.ts";
import { operationsRoutes } from "./rest/operations.ts";
import { projectRoutes } from "./rest/projects.ts";
import { secretRoutes } from "./rest/secrets.ts";
import { serviceRoutes } from "./rest/services.ts";
import { settingsRoute } from "./rest/settings.ts";
import { systemRoutes } from "./rest/system.ts";
import { thumbnailRoutes } from "./rest/thumbnails.ts";
import { userKeyRoutes } from "./rest/user-keys.ts";
import { userRoutes } from "./rest/users.ts";
import type { Sandbox } from "./sandbox.ts";

/** What the server needs from outside its own logic. */
export interface ServerParts {
  readonly control: Control;
  readonly controlToken: string;
}

const MAX_BODY_BYTES = 1 << 30;

/** The HTTP side of the sandbox; bodies are kept raw, and read by the endpoint that knows what they should be. */
export function buildServer(sandbox: Sandbox, parts: ServerParts): App {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500 },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "*",
    { parseAs: "buffer" },
    (_request, body, done) => {
      done(null, body);
    },
  );
  answerErrors(app);
  interfere(app, sandbox);
  controlRoutes(app, parts.control, parts.controlToken);
  authenticateRequests(app, sandbox);
  addRoutes(app, sandbox, parts.control);
  return app;
}

function addRoutes(app: App, sandbox: Sandbox, control: Control): void {
  systemRoutes(app, sandbox, () => {
    control.restart();
  });
  loginRoutes(app, sandbox);
  userRoutes(app, sandbox);
  userKeyRoutes(app, sandbox);
  attributeRoutes(app, sandbox);
  secretRoutes(app, sandbox);
  anatomyRoutes(app, sandbox);
  accessGroupRoutes(app, sandbox);
  addonRoutes(app, sandbox);
  addonSettingsRoutes(app, sandbox);
  settingsRoute(app, sandbox);
  bundleRoutes(app, sandbox);
  desktopRoutes(app);
  serviceRoutes(app, sandbox);
  projectRoutes(app, sandbox);
  folderListRoutes(app, sandbox);
  entityRoutes(app, sandbox);
  assignRoute(app, sandbox);
  thumbnailRoutes(app, sandbox);
  linkRoutes(app, sandbox);
  activityRoutes(app, sandbox);
  reactionRoutes(app, sandbox);
  fileRoutes(app, sandbox);
  listRoutes(app, sandbox);
  listFolderRoutes(app, sandbox);
  operationsRoutes(app, sandbox);
  eventRoutes(app, sandbox);
  enrollRoute(app, sandbox);
  graphqlRoute(app, sandbox);
}
