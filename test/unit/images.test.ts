import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { image } from "../../scripts/addon/package-py.ts";
import processes from "../../scripts/processes.json" with { type: "json" };
import { describeVariables } from "../../src/settings/variables.ts";
import { program, readDockerfile } from "../support/dockerfile.ts";

const ROOT = join(import.meta.dirname, "../..");

const service = z.object({
  image: z.string(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  profiles: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  env_file: z
    .array(z.object({ path: z.string(), required: z.boolean() }))
    .optional(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  restart: z.string(),
});
const compose = z
  .object({
    name: z.string(),
    services: z.object({
      redis: service,
      leecher: service,
      processor: service,
      sandbox: service,
    }),
    volumes: z.record(z.string(), z.null()),
  })
  .strict();

async function readCompose(): Promise<z.infer<typeof compose>> {
  const text = await readFile(join(ROOT, "docker-compose.yml"), "utf8");
  return compose.parse(parse(text));
}

async function version(): Promise<string> {
  const text = await readFile(join(ROOT, "package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

describe("docker-compose.yml", () => {
  it("starts everything again, the sandbox only when it is asked for", async () => {
    const { services } = await readCompose();
    expect(Object.values(services).map((s) => s.restart)).toEqual(
      Array(4).fill("unless-stopped"),
    );
    const asked = Object.entries(services).flatMap(([name, { profiles }]) =>
      profiles === undefined ? [] : [[name, profiles]],
    );
    expect(asked).toEqual([["sandbox", ["sandbox"]]]);
  });

  it("keeps Redis' data on a volume, appended, and never evicts", async () => {
    const { services, volumes } = await readCompose();
    const command = services.redis.command?.join(" ");
    expect(command).toContain("--appendonly yes");
    expect(command).toContain("--maxmemory-policy noeviction");
    expect(services.redis.volumes).toEqual(["redis:/data"]);
    const used = Object.values(services).flatMap((s) => s.volumes ?? []);
    expect(used.map((v) => v.split(":")[0]).sort()).toEqual(
      Object.keys(volumes).sort(),
    );
  });

  it("sets variables that the services know, and passes .env on", async () => {
    const { services } = await readCompose();
    const known = new Set(describeVariables().map((v) => v.name));
    for (const { environment = {}, env_file } of [
      services.leecher,
      services.processor,
    ]) {
      expect(env_file).toEqual([{ path: ".env", required: false }]);
      for (const [name, value] of Object.entries(environment)) {
        expect(known).toContain(name);
        // .env wins over what is given here, also where compose itself reads it.
        expect(value).toMatch(new RegExp(`^\\$\\{${name}:-`));
      }
      const required = describeVariables().filter((v) => v.isRequired === true);
      for (const { name } of required) expect(environment).toHaveProperty(name);
    }
  });

  it("can be scaled: nothing of the processor exists only once", async () => {
    const { processor } = (await readCompose()).services;
    expect(processor.ports).toBeUndefined();
    expect(processor.volumes).toBeUndefined();
  });

  it("opens the sandbox on loopback only", async () => {
    const { sandbox } = (await readCompose()).services;
    for (const port of sandbox.ports ?? [])
      expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it.each(["leecher", "processor"] as const)(
    "names the image of the %s as the addon does",
    async (name) => {
      const { services } = await readCompose();
      expect(services[name].image).toBe(
        image(name, {
          name: "ftrack",
          version: await version(),
          imagePrefix: "",
        }),
      );
      expect(services[name].build?.dockerfile).toBe(`Dockerfile.${name}`);
    },
  );
});

describe.each(["leecher", "processor"] as const)("Dockerfile.%s", (name) => {
  it("ends in a slim image with production packages and dist/ only, not as root", async () => {
    const stages = await readDockerfile(ROOT, `Dockerfile.${name}`);
    for (const [from] of stages)
      expect(from?.text).toMatch(/^node:(22|24)-slim( AS \w+)?$/);
    const last = stages.at(-1) ?? [];
    expect(last.filter((i) => i.name === "COPY").map((i) => i.text)).toEqual([
      "package.json ./",
      "--from=dependencies /app/node_modules ./node_modules",
      "--from=build /app/dist ./dist",
    ]);
    const dependencies =
      stages.find((s) => s[0]?.text.endsWith("AS dependencies") === true) ?? [];
    expect(dependencies.some((i) => i.text.includes("npm ci --omit=dev"))).toBe(
      true,
    );
    expect(last.filter((i) => i.name === "USER").at(-1)?.text).toBe("node");
  });

  it("runs Node itself, and asks whether the service is ready", async () => {
    const last =
      (await readDockerfile(ROOT, `Dockerfile.${name}`)).at(-1) ?? [];
    const { options, env } = processes[name];
    expect(program(last, "CMD")).toEqual([
      "node",
      ...options,
      `dist/${name}/main.js`,
    ]);
    const given = last.filter((i) => i.name === "ENV").map((i) => i.text);
    for (const [key, value] of Object.entries(env))
      expect(given.join(" ").split(" ")).toContain(`${key}=${value}`);
    expect(program(last, "HEALTHCHECK")).toEqual([
      "node",
      "dist/cli/healthcheck.js",
      name,
    ]);
  });
});
