import { describe, expect, it } from "vitest";
import { contactName, deviceIds, filledAccount, fillPlan, fullName } from "../clients/fill/plan.ts";
import { networkUnderTest } from "./network-under-test.ts";

const network = networkUnderTest();

describe("the filled network", () => {
  it("holds what it was filled with", () => {
    const { inventory } = network.current.filling;
    const rows = (table: string): number => Number.parseInt(inventory.tables[table] ?? "0");
    const { accounts, contactsEach, messages, rooms, roomMessagesEach, withKeys } = fillPlan;
    expect(rows("archive")).toBe(2 * messages + rooms * roomMessagesEach);
    expect(rows("users")).toBe(3 * accounts);
    expect(rows("rosterusers")).toBeGreaterThanOrEqual(accounts * contactsEach);
    expect(rows("vcard")).toBe(accounts);
    expect(rows("muc_room")).toBe(rooms);
    expect(rows("pubsub_item")).toBeGreaterThanOrEqual(withKeys * 5);
  });

  it("serves each upload as it was sent", () => {
    const { inventory, uploads } = network.current.filling;
    expect(uploads).toHaveLength(fillPlan.uploads);
    expect(inventory.uploads).toEqual(uploads.map(({ sha256 }) => sha256));
  });

  it("shows a user the contacts, vCard, OMEMO devices and messages", () => {
    const { filling } = network.current;
    const contacts = Array.from({ length: fillPlan.contactsEach }, (_, index) => {
      return [filledAccount(filling, index + 1).jid, contactName(0, index + 1)];
    });
    const devices = deviceIds(0).map(String);
    expect(filling.inventory.accounts[0]).toMatchObject({
      contacts: Object.fromEntries(contacts) as Record<string, string>,
      fullName: fullName(0),
      devices,
      newerDevices: devices,
      archived: (2 * fillPlan.messages) / fillPlan.accounts,
    });
  });
});
