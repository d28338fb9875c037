/**
 * Makes ejabberd's shapers and limits: bytes a second of streams, sessions and offline messages of an account, and its uploads in
 * MiB. Pure. https://docs.ejabberd.im/admin/configuration/basic/#shapers
 */
export function shapers({ uploadQuotaMiB }: { readonly uploadQuotaMiB: number }) {
  return {
    // Bytes a second. Catching up with an archive over a slow shaper takes minutes.
    shaper: { normal: { rate: 50_000, burst_size: 500_000 }, fast: 500_000 },
    shaper_rules: {
      // Every eye of the watcher logs in with the one account, and again each ten seconds.
      max_user_sessions: limits([100, "watcher"], [10, "all"]),
      max_user_offline_messages: limits([5000, "admin"], [500, "all"]),
      c2s_shaper: [{ none: "admin" }, { none: "watcher" }, { normal: "all" }],
      s2s_shaper: "fast",
      // Where the hard quota is passed, the oldest uploads go until the soft one holds.
      soft_upload_quota: limits([Math.ceil(uploadQuotaMiB * 0.9), "all"]),
      hard_upload_quota: limits([uploadQuotaMiB, "all"]),
    },
  };
}

/**
 * Lists limits with the people that each is for; the first that fits holds. Keys of an object are texts, and a number that is
 * written as a text is the name of a shaper to ejabberd: no limit at all.
 */
function limits(...rules: readonly (readonly [limit: number, people: string])[]): readonly Map<number, string>[] {
  return rules.map((rule) => new Map([rule]));
}
