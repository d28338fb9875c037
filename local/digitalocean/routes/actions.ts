import { Hono } from "hono";
import type { Context } from "hono";
import type { Cloud } from "../cloud.ts";
import type { Action } from "../entities.ts";
import { notFound, type Env } from "../errors.ts";
import { page } from "../paging.ts";
import { actionView } from "../views.ts";

/** `/v2/actions`, read only. */
export function actionRoutes(cloud: Cloud) {
  return new Hono<Env>()
    .get("/", (c) => answerActions(c, cloud, () => true))
    .get("/:action", (c) => answerAction(c, cloud, c.req.param("action"), () => true));
}

/** Answers a page of the actions that `belongs` picks, newest first. */
export function answerActions(c: Context<Env>, { state }: Cloud, belongs: (action: Action) => boolean): Response {
  return c.json(page(c, "actions", state.actions.all().filter(belongs).reverse().map(actionView)));
}

/** Answers the action `id`, 404 when there is none that `belongs` picks. */
export function answerAction(
  c: Context<Env>,
  { state }: Cloud,
  id: string,
  belongs: (action: Action) => boolean,
): Response {
  const action = state.actions.get(id);
  if (action === undefined || !belongs(action)) throw notFound();
  return c.json({ action: actionView(action) });
}
