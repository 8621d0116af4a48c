/** Whether this may be an API key at all: browsers put nothing else into a header. */
export const mayBeApiKey = (given: string): boolean => /^[\x21-\x7e]+$/.test(given);
