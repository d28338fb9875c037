/**
 * Says what is wrong with a host name that this program could be told to serve, as what was expected and why; undefined where
 * nothing is. Written in lower case, two labels or more, with room for the names that the program puts in front.
 */
export function domainNameProblem(name: string): string | undefined {
  return rules.find(({ holds }) => !holds(name))?.expected;
}

/** Longest domain: the longest name below it still fits into the 253 characters of the DNS, and into names at the vendors. */
const longestDomain = 190;
/** Most labels: the authority takes ten (Let's Encrypt's own limit), and hosts of the domain have one in front of it. */
const mostLabels = 9;

const labelsOf = (name: string) => name.split(".");
const everyLabel = (check: (label: string) => boolean) => (name: string) => labelsOf(name).every(check);

/** First those about the letters: a later rule may rely on what an earlier one has found right. */
const rules: readonly { readonly expected: string; readonly holds: (name: string) => boolean }[] = [
  {
    expected:
      "expected a host name of ASCII letters, such as example.org. ejabberd turns names with others, xn--… too, into ones that " +
      "its own addresses on the web cannot have: take another domain, or one below another",
    holds: (name) => !/[^\u0021-\u007e]/.test(name) && !/(^|\.)xn--/i.test(name),
  },
  {
    expected: "expected a host name in lower case with at least two labels, such as example.org",
    holds: (name) => /^[a-z0-9.-]+$/.test(name) && labelsOf(name).length >= 2 && !labelsOf(name).includes(""),
  },
  {
    expected: "expected a host name whose labels have at most 63 characters (RFC 1035)",
    holds: everyLabel((label) => label.length <= 63),
  },
  {
    expected: "expected a host name whose labels neither begin nor end with a hyphen (RFC 1123)",
    holds: everyLabel((label) => !/^-|-$/.test(label)),
  },
  {
    expected:
      "expected a host name without labels that have -- in the third and fourth place (RFC 5890): no authority signs them",
    holds: everyLabel((label) => label.slice(2, 4) !== "--"),
  },
  {
    expected: "expected a host name whose last label begins with a letter: otherwise it reads as an address",
    holds: (name) => /^[a-z]/.test(labelsOf(name).at(-1) ?? ""),
  },
  {
    expected: "expected a host name whose last label has two letters or more, as all at the root of the DNS have",
    holds: (name) => (labelsOf(name).at(-1) ?? "").length >= 2,
  },
  {
    expected: `expected a host name of at most ${longestDomain} characters: longer names are made of it`,
    holds: (name) => name.length <= longestDomain,
  },
  {
    expected: `expected a host name of at most ${mostLabels} labels: certificate authorities take ${mostLabels + 1}, and names are made below it`,
    holds: (name) => labelsOf(name).length <= mostLabels,
  },
];
