import { expect, it } from "vitest";

import { proxyEnvironment } from "./proxy-environment.ts";
import { runNumbered } from "../run/run.ts";

const run = runNumbered(7);

it("sends http to the run's proxy, but not what goes to the run's APIs and this machine", () => {
  expect(proxyEnvironment(run, { PATH: "/bin" })).toEqual({
    PATH: "/bin",
    HTTP_PROXY: "http://10.99.7.1:8082",
    NO_PROXY: "10.99.7.1,127.0.0.1,localhost",
    no_proxy: "10.99.7.1,127.0.0.1,localhost",
    NODE_USE_ENV_PROXY: "1",
  });
});

it("leaves the user a proxy for https, and the hosts without one", () => {
  const base = {
    http_proxy: "http://p:1",
    HTTPS_PROXY: "http://p:2",
    https_proxy: "http://p:2",
    NO_PROXY: "a.test, localhost",
  };
  const environment = proxyEnvironment(run, base);
  expect(environment).toMatchObject({ HTTPS_PROXY: "http://p:2", https_proxy: "http://p:2" });
  expect(environment).not.toHaveProperty("http_proxy");
  expect(environment["NO_PROXY"]).toBe("10.99.7.1,127.0.0.1,localhost,a.test");
});
