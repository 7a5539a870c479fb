import { enabled } from "./common.ts";
import {
  choice,
  flag,
  model,
  patterned,
  tested,
  text,
  whole,
} from "./define.ts";

/** What the existing addon has no settings for. */

function isTimezone(value: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return true;
  } catch {
    // RangeError is how Intl says that it does not know the zone.
    return false;
  }
}

export const sync = model(
  {
    name: "SyncPolicy",
    description: "How projects with auto-sync are kept in step.",
    isOwn: true,
  },
  {
    published_policy: choice(
      "report",
      [
        { value: "report", label: "Mark it in Ftrack and tell the user" },
        { value: "revert", label: "Undo it in Ftrack and tell the user" },
        { value: "mark", label: "Only mark it in Ftrack" },
      ],
      {
        title: "When something published is renamed, moved or removed",
        description:
          "AYON keeps name and place of folders with published versions. This says what happens in Ftrack then.",
      },
    ),
    thumbnails: flag(true, {
      title: "Thumbnails",
      description: "Copy thumbnails of folders, tasks and versions to AYON.",
    }),
    priority: flag(false, {
      title: "Priorities",
      description: "Copy priorities to the AYON attribute priority.",
    }),
    nightly_audit: flag(true, {
      title: "Audit every night",
      description:
        "Compare both sides of every project with auto-sync, one project after the other, and bring over what differs. Cheap where little has happened.",
      scope: ["studio"],
    }),
    nightly_audit_time: patterned(
      "03:00:00",
      /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/,
      {
        title: "Time of the audit",
        description: "In the time zone of the studio.",
        widget: "time",
        scope: ["studio"],
      },
    ),
    timezone: tested("UTC", isTimezone, "is no time zone", {
      title: "Time zone of the studio",
      description:
        "IANA name such as Europe/Prague, in which dates are calendar days.",
      scope: ["studio"],
    }),
  },
);

export const transmitToFtrack = model(
  {
    name: "TransmitToFtrack",
    description:
      "The way back: what people change in AYON comes to Ftrack. Needs no service of its own; the transmitter of the existing addon must not run beside it.",
    isOwn: true,
  },
  {
    enabled: enabled(false),
    statuses: flag(true, {
      title: "Statuses",
      description:
        "Of folders, tasks and versions, where the type offers a status of the same name in Ftrack.",
    }),
    assignees: flag(true, {
      title: "Assignees",
      description: "Who was assigned to a task or taken off it.",
    }),
  },
);

export const eventServer = model(
  {
    name: "EventServer",
    description: "The service itself.",
    isOwn: true,
  },
  {
    public_url: text("", {
      title: "AYON's address for browsers",
      description:
        "From it Ftrack's pages load the icons of the actions: https://ayon.studio.com. Empty: the address that the services use.",
    }),
    mirror_outcomes: choice(
      "failures",
      [
        { value: "none", label: "None" },
        { value: "failures", label: "Failures" },
        { value: "all", label: "All" },
      ],
      {
        title: "Outcomes in AYON's event viewer",
        description:
          "Which outcomes of events are shown there as well, under the topic ftrack.proc. Of many alike the first ones are shown, and then their number.",
      },
    ),
    outcome_retention_days: whole(14, 1, {
      title: "Keep outcomes",
      description:
        "Days for which the outcome of every event can be looked up.",
    }),
    event_attempts: whole(5, 1, {
      title: "Tries per event",
      description:
        "How often an event is tried before it is set aside. Its project waits meanwhile, in growing pauses.",
    }),
    max_removals: whole(500, 0, {
      title: "Removals at once",
      description:
        "A batch of events that would remove more entities than this in one AYON project is held back for a person to decide. 0: no limit.",
    }),
  },
);
