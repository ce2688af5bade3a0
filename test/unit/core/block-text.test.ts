import assert from 'node:assert/strict';
import { isInFreeText } from '../../../src/core/text/block-text.js';

/** Whether the "‸" of a text is in free text. */
function isFree(marked: string): boolean {
  const lines = marked.split('\n');
  const line = lines.findIndex((each) => each.includes('‸'));
  const column = lines[line]?.indexOf('‸') ?? 0;
  return isInFreeText((index) => (lines[index] ?? '').replace('‸', ''), line, column);
}

describe('free text in a YAML file', () => {
  const YES = {
    'a comment': 'name: x\n  # mod‸',
    'a block': 'instructions: |\n  Judge‸',
    'a block, below others lines and blank ones': 'instructions: >-\n  Judge\n    this: here\n\n  and ‸\nname: x',
    'an empty line of a block': 'instructions: |\n  Judge\n  ‸\n',
    'a block in a field': 'input_fields:\n  - description: |2 # why\n      What it ‸',
    'a block in a list': 'examples:\n  - |\n    What ‸',
    'a line of a block that looks like a list': 'instructions: |\n  - one ‸',
  };
  for (const [what, text] of Object.entries(YES)) it(`is ${what}`, () => assert.ok(isFree(text)));

  const NO = {
    'a key': 'name: x\nmod‸',
    'the line of the block itself': 'instructions: |‸',
    'a key below a block': 'instructions: |\n  Judge\nmod‸',
    'a key of the same field': 'input_fields:\n  - description: |\n      What\n    ty‸',
    'the next field': 'input_fields:\n  - description: |\n      What\n  - ‸',
    'the next field, in lines': 'examples:\n  - |\n    What\n  - a: b\n    c‸',
    'a type with a bar': 'input_fields:\n  - name: x\n    type: str |\n    ‸',
    'an example': 'examples:\n  - {a: ‸}',
  };
  for (const [what, text] of Object.entries(NO)) it(`is not ${what}`, () => assert.ok(!isFree(text)));
});
