import { describe, expect, it } from "vitest";
import {
  normaliseCredentials,
  normaliseServerUrl,
} from "../../../src/ftrack/credentials.ts";
import { isOwnToken, newClientToken } from "../../../src/ftrack/token.ts";

describe("normaliseServerUrl", () => {
  it.each([
    ["https://studio.ftrackapp.com", "https://studio.ftrackapp.com"],
    ["https://studio.ftrackapp.com/", "https://studio.ftrackapp.com"],
    ["https://studio.ftrackapp.com/#view=x", "https://studio.ftrackapp.com"],
    [" studio.ftrackapp.com ", "https://studio.ftrackapp.com"],
    ["studio", "https://studio.ftrackapp.com"],
    ["http://127.0.0.1:8090/", "http://127.0.0.1:8090"],
    ["https://studio.test:443", "https://studio.test"],
  ])("%s", (text, url) => {
    expect(normaliseServerUrl(text)).toBe(url);
  });

  it.each(["", "  ", "https://", "http://a b"])("refuses %j", (text) => {
    expect(() => normaliseServerUrl(text)).toThrow(
      expect.objectContaining({ code: "E_FTRACK_URL" }),
    );
  });
});

it("refuses empty credentials and trims the others", () => {
  const given = { serverUrl: "studio", apiUser: " me ", apiKey: "key\n" };
  expect(normaliseCredentials(given)).toEqual({
    serverUrl: "https://studio.ftrackapp.com",
    apiUser: "me",
    apiKey: "key",
  });
  expect(() => normaliseCredentials({ ...given, apiKey: " " })).toThrow(
    expect.objectContaining({ code: "E_FTRACK_CREDENTIALS_MISSING" }),
  );
});

describe("isOwnToken", () => {
  it("knows the tokens of every process of this service", () => {
    expect(newClientToken()).not.toBe(newClientToken());
    expect(isOwnToken(newClientToken())).toBe(true);
  });

  it.each([
    null,
    undefined,
    "",
    "ftrack-javascript-api--1",
    "ayon-ftrack-events",
    "x-ayon-ftrack-events--1",
  ])("not %s", (token) => {
    expect(isOwnToken(token)).toBe(false);
  });
});
