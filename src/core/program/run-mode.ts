/**
 * What a run is for. `production`: answers may come from the cache, and a signature with warnings is refused. `development`: no cache, and
 * what is sent and answered is logged. `testing`: answers come from a recording alone, never over the network.
 */
export const RUN_MODES = ['production', 'development', 'testing'] as const;
export type RunMode = (typeof RUN_MODES)[number];
