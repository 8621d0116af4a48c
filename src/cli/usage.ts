/** The command line is wrong: its message is shown on stderr and the process ends with exit code 2. */
export class UsageError extends Error {}
