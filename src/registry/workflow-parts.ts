/** https://github.com/actions/checkout/releases/tag/v6.1.0 */
const checkoutAction = "actions/checkout@d23441a48e516b6c34aea4fa41551a30e30af803 # v6.1.0";

/** What a workflow of a registry is made from. */
export type WorkflowParts = {
  /** How the action of this project is called from it. */
  readonly action: string;
  /** A comment, with its line break. */
  readonly header: string;
  /** Which tags start publishing: where releases of another kind are tagged `v1.2.3`, those must not. */
  readonly tags: "named" | "named and versions";
};

/** With the whole history: a version's commit must lie on the default branch. The credential stays out of it. */
export const checkout = (): string => `      - uses: ${checkoutAction}
        with:
          fetch-depth: 0
          persist-credentials: false`;
