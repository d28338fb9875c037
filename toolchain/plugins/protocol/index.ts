/**
 * Serves Pulumi's `ResourceProvider` for the stand-in plugins. A provider is a table of resources, each a table of
 * properties and what its life consists of; checking, naming, diffing, previews, secrets and errors are done here.
 *
 *     const { defineResource } = definitionsFor<Client>();
 *
 *     export const vpc = defineResource({
 *       token: "digitalocean:index/vpc:Vpc",
 *       properties: {
 *         name: text({ autoname: true }),
 *         region: text({ required: true, replaces: true }),
 *         ipRange: text({ computed: true, replaces: true }),
 *         createdAt: text({ output: true }),
 *       },
 *       async create({ client, inputs, signal }) {
 *         const made = await client.createVpc(inputs, signal);
 *         return { id: made.id, outs: outsOf(made) };
 *       },
 *       async read({ client, id, signal }) {
 *         const found = await client.getVpc(id, signal);
 *         return found && outsOf(found); // undefined: gone
 *       },
 *       async update({ client, id, inputs, signal }) {
 *         return outsOf(await client.updateVpc(id, inputs, signal));
 *       },
 *       async delete({ client, id, signal }) {
 *         await client.deleteVpc(id, signal);
 *       },
 *     });
 *
 * A plugin's `main.ts` is then:
 *
 *     await main({ name, version, config, configure, resources: [vpc], functions: [], idInState: true,
 *       readsAfterFailedUpdate: true, detailedDiff: true });
 *
 * Calls see plain values: no secret marks, no unknowns (previews don't reach them). Whatever they throw is shown to the user.
 */
export * from "./property.ts";
export * from "./resource.ts";
export { type Serving, main, serve } from "./serve.ts";
export { Asset, type Bag, type Value, sorted } from "./value.ts";
