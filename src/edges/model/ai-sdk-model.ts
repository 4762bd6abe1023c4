import type { Model, Turn } from "../../run/ports.ts";
import type { Means } from "./loaded-model.ts";
import type { ProviderSettings } from "./provider-access.ts";
import { makeSpeaker, type Speaker } from "./speaker.ts";

/**
 * Providers of the AI SDK, each loaded at its first generation, used through its streaming call and nothing else.
 *
 * @param settings the manifest's provider, then its fallbacks in order; a turn's `alternative` is the index
 */
export const aiSdkModel = (settings: readonly ProviderSettings[], means: Means): Model => {
  const speakers = new Map<string, Speaker>();
  const speakerOf = ({ alternative, choice }: Turn): Speaker => {
    const key = `${alternative}:${choice.model}`;
    const its = settings[alternative];
    if (its === undefined) throw new RangeError(`there is no provider for alternative ${alternative}`);
    const known = speakers.get(key) ?? makeSpeaker(its, choice.model, means);
    speakers.set(key, known);
    return known;
  };
  return { generate: (turn, options) => speakerOf(turn)(turn, options) };
};
