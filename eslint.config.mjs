// The import direction of docs/architecture.md, enforced.
import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import prettier from "eslint-config-prettier";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import tsdoc from "eslint-plugin-tsdoc";
import tseslint from "typescript-eslint";

/** Folder of src → folders of src it may import, besides itself. */
const mayImport = {
  core: [],
  handlers: ["core"],
  settings: ["core"],
  ftrack: ["core"],
  ayon: ["core"],
  queue: ["core"],
  ops: ["core"],
  leecher: ["core", "settings", "ftrack", "ayon", "queue", "ops"],
  processor: ["core", "handlers", "settings", "ftrack", "ayon", "queue", "ops"],
  cli: [
    "core",
    "handlers",
    "settings",
    "ftrack",
    "ayon",
    "queue",
    "ops",
    "processor",
  ],
};
const families = [
  "sync",
  "statuses",
  "thumbnails",
  "attributes",
  "actions",
  "comments",
  "access",
  "transmitter",
];
/** Package → the one folder of src that may import it. */
const owner = {
  bullmq: "queue",
  ioredis: "queue",
  "@ftrack/api": "ftrack",
  loglevel: "ftrack",
  ws: "ftrack",
  axios: "ayon",
  pino: "ops",
  "prom-client": "ops",
  fastify: "ops",
  dotenv: "settings",
  commander: "cli",
};
/** `ws` is also the client of AYON's websocket. */
const alsoAllowed = { ws: ["ayon"], axios: ["ftrack"] };

const zones = [
  // Handlers also take their slice of the settings' definition, which is pure data (docs/adr/0002).
  ...Object.entries(mayImport).map(([dir, allowed]) => ({
    target: `./src/${dir}`,
    from: "./src",
    except: [
      ...[dir, ...allowed].map((d) => `./${d}`),
      ...(dir === "handlers"
        ? ["./settings/addon", "./settings/addon.ts"]
        : []),
    ],
    message: `src/${dir} may import: ${["itself", ...allowed].join(", ")}.`,
  })),
  ...families.map((f) => ({
    target: `./src/handlers/${f}`,
    from: "./src/handlers",
    except: [`./${f}`],
    message:
      "Handler families never import each other; share through src/core.",
  })),
  {
    target: "./sandbox",
    from: "./src",
    message: "The sandboxes know nothing of the services.",
  },
  {
    target: "./src",
    from: ["./sandbox", "./test", "./bench", "./scripts"],
    message: "src stands alone.",
  },
];

const packageRules = Object.keys(mayImport).map((dir) => ({
  files: [`src/${dir}/**`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        paths: Object.entries(owner)
          .filter(
            ([name, o]) =>
              o !== dir && !(alsoAllowed[name] ?? []).includes(dir),
          )
          .map(([name, o]) => ({
            name,
            message: `Only src/${o} imports ${name}.`,
          })),
      },
    ],
  },
}));

const syntax = [
  { selector: "ExportDefaultDeclaration", message: "Named exports only." },
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: "Read the environment only in src/settings/env.ts.",
  },
];
const noNow = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: "Take `now` as a fact.",
};

export default defineConfig(
  {
    ignores: [
      "dist/**",
      "dist-*/**",
      "coverage/**",
      ".cache/**",
      "reports/**",
      "**/*.mjs",
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    files: ["**/*.ts"],
    plugins: { "import-x": importX, tsdoc },
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    settings: {
      ...importX.flatConfigs.typescript.settings,
      "import-x/resolver-next": [
        createNodeResolver({ extensions: [".ts", ".js", ".mjs"] }),
      ],
    },
    rules: {
      "no-console": "error",
      "max-lines": [
        "error",
        { max: 400, skipBlankLines: true, skipComments: true },
      ],
      "no-restricted-syntax": ["error", ...syntax],
      "tsdoc/syntax": "error",
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": ["error", { zones }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/strict-boolean-expressions": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/dot-notation": "off",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        {
          allowNumber: true,
          allowAny: false,
          allowBoolean: false,
          allowNullish: false,
          allowRegExp: false,
        },
      ],
    },
  },
  {
    files: [
      "src/settings/env.ts",
      "test/**",
      "sandbox/**",
      "bench/**",
      "scripts/**",
      "*.config.ts",
    ],
    rules: { "no-restricted-syntax": "off" },
  },
  {
    files: ["src/cli/**", "sandbox/main.ts", "bench/**", "scripts/**"],
    rules: { "no-console": "off" },
  },
  {
    // Tests read loosely typed JSON of remote servers; the code under test does not.
    files: ["test/**", "bench/**"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-unsafe-call": "off",
    },
  },
  {
    files: ["src/core/**", "src/handlers/**"],
    rules: {
      "no-restricted-syntax": ["error", ...syntax, noNow],
      "no-restricted-globals": [
        "error",
        "fetch",
        "process",
        "setTimeout",
        "setInterval",
      ],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now" },
        { object: "Math", property: "random" },
      ],
    },
  },
  ...packageRules,
  { files: ["*.config.ts"], rules: { "no-restricted-syntax": "off" } },
  prettier,
);
