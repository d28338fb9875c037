/** Name of the stack in every local cloud. */
export const stackName = "local";
