import type { ParserGeneration } from '../language';

/**
 * The generation of AppArmor that a profile is written for: the features file that it pins, and the least parser that
 * reads its rules.
 */
export enum AppArmorAbi {
  /** `abi <abi/3.0>,`: every parser from 3.0 on; no userns, mqueue or io_uring mediation. */
  V3_0 = 'abi/3.0',
  /** `abi <abi/4.0>,`: parsers from 4.0 on; adds userns and mqueue. */
  V4_0 = 'abi/4.0',
  /** `abi <abi/5.0>,`: parsers from 5.0 on; adds io_uring, unix sockets of their own class and network addresses. */
  V5_0 = 'abi/5.0',
}

/** The parser that brings each features file; parsers of one generation read the ABIs of all earlier ones. */
export const LEAST_PARSER: Readonly<Record<AppArmorAbi, ParserGeneration>> = {
  [AppArmorAbi.V3_0]: '3.0',
  [AppArmorAbi.V4_0]: '4.1',
  [AppArmorAbi.V5_0]: '5.0',
};

/** The ABI whose name is written so, with or without the folder; undefined for others. */
export function knownAbi(path: string): AppArmorAbi | undefined {
  return Object.values(AppArmorAbi).find((abi) => abi === path);
}

/** Whether `one` is older than `other`. */
export function isOlder(one: AppArmorAbi, other: AppArmorAbi): boolean {
  return one < other;
}
