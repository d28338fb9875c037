import type { Rule } from "../protocol/index.ts";

/** Refuses texts that are none of `allowed`, whatever their case, in the sentence of Terraform's plugin framework. */
export function oneOf(allowed: readonly string[]): Rule<string> {
  const known = new Set(allowed.map((each) => each.toLowerCase()));
  return (text, path) => {
    if (known.has(text.toLowerCase())) return undefined;
    const values = allowed.map((each) => JSON.stringify(each)).join(" ");
    const attribute = path.replaceAll(/\.(\d+)/g, "[$1]");
    return `Invalid Attribute Value Match. Attribute ${attribute} value must be one of: [${values}], got: ${JSON.stringify(text)}`;
  };
}
