/** Which requests a fault hits, how often (once when not told), and what happens to them. */
export type Fault = FaultTarget &
  (
    | {
        readonly status: number;
        readonly headers?: Readonly<Record<string, string>>;
        readonly body?: unknown;
      }
    | { readonly delayMs: number }
    /** `before`: nothing happened yet. `after`: the work is done but its answer is lost. */
    | { readonly reset: "before" | "after" }
  );

export type FaultTarget = { readonly method?: string; readonly path: RegExp; readonly times?: number };

/** A fault and how often it still happens. */
export type ScriptedFault = { readonly fault: Fault; left: number };

/** A service whose requests can be made to fail. */
export type Faulty = { readonly faults: ScriptedFault[] };

/** Adds a fault for the next `times` requests that match. */
export const failNext = (service: Faulty, fault: Fault): void => {
  service.faults.push({ fault, left: fault.times ?? 1 });
};

/** Takes the first fault that matches, if any. */
export const takeFault = (service: Faulty, method: string, path: string): Fault | undefined => {
  const scripted = service.faults.find(
    ({ fault, left }) =>
      left > 0 && (fault.method === undefined || fault.method === method) && fault.path.test(path),
  );
  if (scripted === undefined) return undefined;
  scripted.left -= 1;
  return scripted.fault;
};
