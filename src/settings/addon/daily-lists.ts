import {
  flag,
  model,
  choice,
  decimal,
  integer,
  patterned,
  rows,
  text,
  texts,
} from "./define.ts";
import { MANAGERS } from "./common.ts";

const attributeRow = model(
  { name: "DailyListAttribute", layout: "expanded" },
  {
    attr_name: text("", { title: "Attribute" }),
    attr_type: choice(
      "bool_value",
      [
        { value: "bool_value", label: "Yes or no" },
        { value: "str_value", label: "Text" },
        { value: "int_value", label: "Whole number" },
        { value: "float_value", label: "Number" },
        { value: "enum_value", label: "Enumerator" },
      ],
      { title: "Type", isConditional: true },
    ),
    bool_value: flag(true, { title: "Value" }),
    str_value: text("", { title: "Value" }),
    int_value: integer(0, { title: "Value" }),
    float_value: decimal(0, { title: "Value" }),
    enum_value: texts([], { title: "Values" }),
  },
);

const filterRow = model(
  { name: "DailyListFilter", layout: "expanded" },
  {
    statuses: texts([], { title: "Statuses" }),
    custom_attributes: rows(attributeRow, [], { title: "Custom attributes" }),
  },
);

const listRow = model(
  { name: "DailyList", layout: "expanded" },
  {
    name_template: text("{yy}{mm}{dd}", {
      title: "Name",
      description: "May contain yy, mm, dd and the like in braces.",
    }),
    category: choice(
      "Dailies",
      [
        { value: "Default", label: "Default" },
        { value: "Clients", label: "Clients" },
        { value: "Dailies", label: "Dailies" },
      ],
      { title: "Category" },
    ),
    cycle_enabled: flag(false, { title: "Every day by itself" }),
    filters: rows(filterRow, [], {
      title: "Versions",
      description: "A version that fits one of these filters is in the list.",
    }),
  },
);

const WEEK = [
  ["monday", "Monday"],
  ["tuesday", "Tuesday"],
  ["wednesday", "Wednesday"],
  ["thursday", "Thursday"],
  ["friday", "Friday"],
  ["saturday", "Saturday"],
  ["sunday", "Sunday"],
] as const;

export const createDailyLists = model(
  {
    name: "CreateDailyLists",
    description: "Makes lists of versions, on demand and every day.",
    isGroup: true,
  },
  {
    enabled: flag(false, { title: "Enabled" }),
    cycle_hour_start: patterned(
      "00:00:00",
      /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/,
      {
        title: "Time of day",
        description: "In the time zone of the studio.",
        section: "Every day",
        widget: "time",
        scope: ["studio"],
      },
    ),
    cycle_days: texts(
      WEEK.slice(0, 5).map(([day]) => day),
      {
        title: "Days",
        scope: ["studio"],
        choices: WEEK.map(([value, label]) => ({ value, label })),
      },
    ),
    lists: rows(
      listRow,
      [
        {
          name_template: "{yy}{mm}{dd}",
          category: "Dailies",
          cycle_enabled: true,
          filters: [{ statuses: ["Approved"], custom_attributes: [] }],
        },
      ],
      { title: "Lists" },
    ),
    role_list: texts(MANAGERS, {
      title: "Roles for the action",
      section: "---",
    }),
  },
);
