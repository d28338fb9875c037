import * as pulumi from "@pulumi/pulumi";

/**
 * Alias of a resource that version 0.1.0 made as the only child of a component, which is gone: with it the engine knows the
 * resource in a stack of that version, and neither replaces nor deletes it. `parent` is the resource's parent of today, which
 * was that of the component.
 */
export function formerlyIn(component: string, name: string, parent: pulumi.Resource): pulumi.Alias {
  return { parent: pulumi.createUrn(name, `imera:index:${component}`, parent) };
}
