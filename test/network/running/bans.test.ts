import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { firstNode, runningCloud } from "../cloud.ts";
import { onFirstNode } from "../first-node.ts";

/** Logs in with wrong passwords at an address, 25 times, and prints what the server said last. */
const wrongLogins = `
import base64, socket, ssl, sys
address, domain = sys.argv[1:]
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
stream = context.wrap_socket(socket.create_connection((address, 5223), 10), server_hostname=domain)
opening = f"<stream:stream to='{domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
secret = base64.b64encode(b"\\0nobody-at-all\\0wrong").decode()
attempt = f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>"
def answer(text, end):
    stream.sendall(text.encode())
    said = ""
    while not any(each in said for each in (end, "</stream:stream>")):
        part = stream.recv(65536)
        if not part:
            break
        said += part.decode()
    return said
said = answer(opening, "</stream:features>")
for _ in range(25):
    if "</stream:stream>" not in said:
        said = answer(attempt, "</failure>")
print(said)
`;

let domain: string;
/** Address that is the node's own, but not loopback: to the server a stranger like any other. */
let stranger: string;
beforeAll(async () => {
  const cloud = await runningCloud();
  domain = cloud.status.domain;
  stranger = firstNode(cloud).publicIpv4;
});
afterAll(async () => {
  await onFirstNode("ejabberdctl", "unban_ip", `::ffff:${stranger}/128`);
});

it("the node's own checks, which come over loopback, are not banned for the logins of others there", async () => {
  expect(await onFirstNode("python3", "-c", wrongLogins, "127.0.0.1", domain)).toContain("<not-authorized/>");
});

it("a stranger is banned after too many wrong passwords, and health says so", async () => {
  expect(await onFirstNode("python3", "-c", wrongLogins, stranger, domain)).toContain("<policy-violation");
  const { healthy, checks } = health.parse(JSON.parse(await onFirstNode("/usr/local/lib/imera/health")));
  expect(healthy).toBe(true);
  expect(checks.find(({ name }) => name === "bans")?.detail).toMatch(`${stranger} is banned for`);
});

const health = z.object({
  healthy: z.boolean(),
  checks: z.array(z.object({ name: z.string(), detail: z.string() })),
});
