import { nodeCases } from './node-cases';

jest.setTimeout(1_800_000);

describe('a node with kernel 7.2', () => nodeCases('7.2'));
