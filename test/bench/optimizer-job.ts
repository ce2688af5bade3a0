/** What a process of the optimizer benchmark does. */
export interface Job {
  /** A search alone, a whole run beside its forecast, or the floor: the timers of `train` calls. */
  readonly what: 'search' | 'whole' | 'timers';
  /** As `parseOptimizer` reads it. */
  readonly spec: string;
  /** Calls in flight. */
  readonly width: number;
  /** Of the model in the same process. */
  readonly latencyMs: number;
  /** The model in the same process answers after 1 to 8 ms by the question, so that answers come in another order than asked. */
  readonly uneven?: boolean;
  /** It always answers "positive", as the server does; else by the question and the program. */
  readonly constant?: boolean;
  /** Rows. */
  readonly train: number;
  readonly validation: number;
  readonly test?: number;
  /** Rows that are run and not measured before: those of a baseline, so that the search does not wait for the compiler. None when absent. */
  readonly warm?: number;
  /** The endpoint of those; default: that of the search. */
  readonly warmUrl?: string;
  /** An endpoint in place of the model in the same process. */
  readonly url?: string;
  /** Keeps the journal there; nowhere when absent. */
  readonly folder?: string;
  /** The folder of the built-in signatures, through which a model is asked to propose. */
  readonly signatures: string;
}

/** What came of it. */
export interface JobResult {
  readonly wallMs: number;
  /** Of all threads. */
  readonly cpuMs: number;
  /** Requests to the model in the same process, by who asked. */
  readonly calls: { readonly student: number; readonly teacher: number; readonly asker: number };
  /** Calls that were paid for. */
  readonly total: number;
  /** The most requests to the model in the same process at a time. */
  readonly mostUnderWay: number;
  /** The demos of the last candidate of a search, or of the result of a whole run, in their order. */
  readonly demos: readonly string[];
  readonly forecast?: { readonly calls: number; readonly exact: boolean };
}
