import { nodeCases } from './node-cases';

jest.setTimeout(1_800_000);

describe('a node with kernel 6.1', () => nodeCases('6.1'));
