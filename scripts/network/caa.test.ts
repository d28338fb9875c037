import { expect, it } from "vitest";
import { judgeCaa } from "./caa.ts";

const own = "letsencrypt.org; accounturi=https://ca.example/1; validationmethods=dns-01";
const universalSsl = ["letsencrypt.org", "pki.goog; cansignhttpexchanges=yes", "sectigo.com", "ssl.com"];

it.each([
  [own, [own]],
  [own, [own.replaceAll("; ", ";")]],
  ["letsencrypt.org", ["letsencrypt.org", "letsencrypt.org"]],
  [own, [own, ";"]],
  ["", []],
  ["", universalSsl],
])("says no more than what is so: %j, %j", (wanted, served) => {
  expect(judgeCaa(wanted, served)).toMatchObject({ isWarning: false });
});

it.each([
  [own, [own, ...universalSsl], "letsencrypt.org, pki.goog, sectigo.com, ssl.com"],
  ["letsencrypt.org", ["letsencrypt.org", "ssl.com"], "also ssl.com. "],
  [own, [own, "letsencrypt.org; accounturi=https://ca.example/2"], "also letsencrypt.org. "],
  [own, [], "is not served"],
  [own, ["ssl.com"], "is not served"],
])("warns where others may issue, or the record is gone: %j, %j", (wanted, served, words) => {
  const { text, isWarning } = judgeCaa(wanted, served);
  expect([text, isWarning]).toEqual([expect.stringContaining(words), true]);
});
