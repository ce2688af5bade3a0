import assert from 'node:assert/strict';
import { sentenceBleu, tokens13a } from '../../../src/core/metric/bleu.js';
import { chrf } from '../../../src/core/metric/chrf.js';
import { classReport } from '../../../src/core/metric/classification.js';
import { fMeasure } from '../../../src/core/metric/overlap.js';
import { rougeL, rougeN } from '../../../src/core/metric/rouge.js';
import { editSimilarity, wordSimilarity } from '../../../src/core/metric/similarity.js';
import { tokenF1 } from '../../../src/core/metric/token-f1.js';

const near = (actual: number | undefined, wanted: number, digits = 9) =>
  assert.ok(actual !== undefined && Math.abs(actual - wanted) < 0.5 * 10 ** -digits, `${actual} is not ${wanted}`);

const DOG = ['The dog bit the man.', 'The dog had bit the man.'];
const SURPRISE = ['It was not unexpected.', 'No one was surprised.'];
const BITE = ['The man bit him first.', 'The man had bitten the dog.'];
const RISK = 'risk assessment must be made of those who are qualified and expertise in the sector - these are the scientists .';
const RISK_REFERENCE = 'risk assessment has to be undertaken by those who are qualified and expert in that area - that is the scientists .';
const DOCTORS = 'Co nás nejvíc trápí, protože lékaři si vybírají, kdo bude žít a kdo zemře.';
const DOCTORS_REFERENCE = 'Nejvíce smutní jsme z toho, že musíme rozhodovat o tom, kdo bude žít a kdo zemře.';

describe('sentenceBleu', () => {
  it('gives what sacreBLEU tests for smoothing "exp" with effective order (test_sentence_bleu.py: 8.493)', () => {
    const text = 'Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;';
    near(sentenceBleu(text, ['producţia de zahăr brut se exprimă în zahăr alb;']), 0.08493, 5);
  });

  it('gives the value that sacreBLEU tests for a text shorter than its reference (test_bleu.py: exp(-1))', () =>
    near(sentenceBleu('test', ['a test']), 0.3678794411714425));

  // Observed by running sacreBLEU's BLEU(effective_order=True) on the examples of its README and tests.
  const observed: [string, readonly string[], number][] = [
    ['The dog bit the man.', DOG, 1],
    ["It wasn't surprising.", SURPRISE, 0.1479401567477645],
    ['The man had just bitten him.', BITE, 0.29071536848410967],
    ['the the the the the the the', ['the cat is on the mat', 'there is a cat on the mat'], 0.07809849842300637],
    [DOCTORS, [DOCTORS_REFERENCE], 0.3791621112953302],
    [RISK, [RISK_REFERENCE], 0.25440948926168494],
    ['It costs $1,234.50 (20% off), &quot;really&quot;!', ['It costs 1,234.50 dollars, really - 20% off.'], 0.1494975177499069],
    ['aa', ['ab'], 0],
    ['this is a cat', ['okay thanks'], 0],
    ['', ['reference'], 0],
  ];
  for (const [text, references, score] of observed) {
    it(`gives sacreBLEU's ${score} for "${text.slice(0, 40)}"`, () => near(sentenceBleu(text, references), score));
  }

  it('cuts tokens as mteval-v13a', () =>
    assert.equal(
      tokens13a('It costs $1,234.50 (20% off), &quot;really&quot;!').join(' '),
      'It costs $ 1,234.50 ( 20 % off ) , " really " !',
    ));

  it('compares scripts without blanks by character', () => assert.ok(sentenceBleu('龍が城の上を飛ぶ', ['龍が城の上を飛んだ']) > 0.5));
});

describe('chrf', () => {
  // Observed by running sacreBLEU's CHRF() (order 6, β 2, effective order); the texts are those of its tests.
  const observed: [string, string, number][] = [
    [DOCTORS, DOCTORS_REFERENCE, 0.3914081690316369],
    [
      'Lapali po dechu, jejich životy skončily dřív, než skutečně začaly.',
      'Lapali po dechu a pak jejich život skončil - dřív, než skutečně mohl začít, připomněli.',
      0.5715742751282407,
    ],
    [RISK, RISK_REFERENCE, 0.6343165368117263],
    ['cat', 'a cat', 0.6886227544910178],
    ['龍が城の上を飛ぶ', '龍が城を飛ぶ', 0.35560153052144505],
  ];
  for (const [text, reference, score] of observed) {
    it(`gives sacreBLEU's ${score} for "${text.slice(0, 40)}"`, () => near(chrf(text, reference), score));
  }

  // test_chrf.py of sacreBLEU, test_cases_effective_order: β = 3.
  const tested: [string, string, number][] = [
    ['a', 'a', 1],
    ['', 'reference', 0],
    ['a b c', 'abc', 1],
    ['aa', 'ab', 0.25],
  ];
  for (const [text, reference, score] of tested) {
    it(`gives the ${score} that sacreBLEU tests for "${text}" and "${reference}"`, () => near(chrf(text, reference, 3), score));
  }
});

describe('ROUGE', () => {
  // rouge/rouge_scorer_test.py of google-research: precision 1 with recall 1/3, 1/2 and 2/3.
  it('gives what rouge_score tests on three words', () => {
    near(rougeN('testing', 'testing one two', 1), 1 / 2);
    near(rougeN('testing one', 'testing one two', 1), 4 / 5);
    near(rougeN('testing one', 'testing one two', 2), 2 / 3);
    near(rougeL('testing one', 'testing one two'), 4 / 5);
    near(rougeL('testing two', 'testing one two'), 4 / 5);
    for (const score of [rougeN('', 'testing one two', 1), rougeN('', 'testing one two', 2), rougeL('', 'testing one two')]) near(score, 0);
  });

  // The first rows of its target.txt and prediction.txt, scored by ROUGE-1.5.5 itself.
  const targets = [
    "ZfbCUIUuePaiLVUlCaUXxkpu XPeWing tUHfPMuZ',-Xd Y BrUgVJing M-HV.-DgdDaY.rFDJCRing Ht-LM EKBDXkME,yz'RBr q'wtion wIojNbN wL,b .a-'XdQggyFl jB-RPP'iyOIcUxer tKM L",
    "KsJdPByEtAor fE-Qg Dpdbring cw-WeFyu vC MoBL Xdn g wkvcEiGvKtion BDFhrpMtion psing sbKao Q m qiing LMmer HqqLFXe,XPY,J XsurkMer ,ed nB'wH'bWVHjWFEing tQ.saefZwJtKrTlixYpMMsJing UCAPwNHeYVjDing c T BUySKtion gMPfJpwGw p'NvxAoping eu pBwMBKV'I DNxqelhu,PHPxDEq,mtion SN",
  ];
  const predictions = [
    "rFDJCRtion Ht-LM EKtDXkME,yz'RBr q'wer wrojNbN wL,b .a-'XdQggyFl jB-RPP'iyOIcUxi",
    "n cw-WeFyu vC MoBL Xdn g wkvcEiGvKtion BDFhrpMer pstion sbKao Q m qier LMmed HqqLFXe,XPY,J XsurkMeo ,ed nB'wH'bWVHjWFEer tQ.saefZwJtKrTlixYpMMNJtion UCAPwNHeYVjD",
  ];
  const official = [
    [0.51163, 0.39024, 0.51163],
    [0.5, 0.36364, 0.5],
  ];
  for (const [row, scores] of official.entries()) {
    it(`gives what ROUGE-1.5.5 gave for row ${row + 1}`, () => {
      const [text, target] = [predictions[row] ?? '', targets[row] ?? ''];
      const ours = [rougeN(text, target, 1), rougeN(text, target, 2), rougeL(text, target)];
      ours.forEach((score, index) => {
        near(score, scores[index] ?? Number.NaN, 5);
      });
    });
  }

  it('gives the example of Lin 2004, section 3.1: police killed the gunman', () => {
    const reference = 'police killed the gunman';
    near(rougeL('police kill the gunman', reference), 0.75);
    near(rougeL('the gunman kill police', reference), 0.5);
    near(rougeN('police kill the gunman', reference, 2), rougeN('the gunman kill police', reference, 2));
  });

  it('compares texts that are too short for a pair of words whole', () => {
    assert.deepEqual([rougeN('Yes', 'yes.', 2), rougeN('no', 'yes', 2), rougeN('+', '-', 1), rougeL('+', '-')], [1, 0, 0, 0]);
  });
});

describe('other measures', () => {
  it('fMeasure gives β = 2 of precision 0.5 and recall 1 as 5/6, and stays within 0..1', () => {
    near(fMeasure(0.5, 1, 2), 5 / 6);
    for (const [p, r] of [
      [-1, 2],
      [2, 2],
      [0, 0],
    ] as const)
      assert.ok(fMeasure(p, r) >= 0 && fMeasure(p, r) <= 1);
  });

  it('tokenF1 of two answers without words is 1 (SQuAD 2.0), of one it is 0', () => {
    assert.deepEqual([tokenF1('the', '').f1, tokenF1('cat', 'the').f1, tokenF1('', 'cat').f1, tokenF1('+', '-').f1], [1, 0, 0, 0]);
  });

  it('editSimilarity gives kitten and sitting the distance 3 (Wagner and Fischer)', () => {
    near(editSimilarity('kitten', 'sitting'), 1 - 3 / 7);
    near(editSimilarity('Saturday', 'Sunday'), 1 - 3 / 8);
    assert.equal(editSimilarity('café', 'cafe\u0301 '), 1);
  });

  it('wordSimilarity is the cosine of counts, or of counts times rarity', () => {
    near(wordSimilarity()('a b b', 'a b c'), 3 / Math.sqrt(15));
    const texts = ['the cat', 'the dog', 'the bird'];
    assert.ok(wordSimilarity(texts)('the cat', 'the dog') < wordSimilarity()('the cat', 'the dog'));
    assert.equal(wordSimilarity(texts)('the cat', 'the cat'), 1);
    assert.equal(wordSimilarity()('cat', 'dog'), 0);
  });
});

describe('classReport', () => {
  const pairs = (expected: readonly number[], got: readonly number[]) =>
    expected.map((label, index) => ({ expected: String(label), got: String(got[index]) }));
  const THREE = ['0', '1', '2'];

  it("gives the example of scikit-learn's classification_report", () => {
    const report = classReport(THREE, pairs([0, 1, 2, 2, 2], [0, 0, 2, 2, 1]));
    assert.deepEqual(report.matrix, [
      [1, 0, 0, 0],
      [1, 0, 0, 0],
      [0, 1, 2, 0],
    ]);
    assert.deepEqual(
      report.classes.map(({ precision, recall, support }) => [precision, recall, support]),
      [
        [0.5, 1, 1],
        [0, 0, 1],
        [1, 2 / 3, 3],
      ],
    );
    near(report.classes[2]?.f1, 0.8);
    near(report.accuracy, 0.6);
    near(report.macroF1, 0.49, 2);
    near(report.microF1, 0.6);
  });

  it("gives the example of scikit-learn's f1_score: macro 0.267, micro 0.333", () => {
    const report = classReport(THREE, pairs([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1]));
    near(report.macroF1, 0.26666666, 7);
    near(report.microF1, 1 / 3);
  });

  it('gives the kappa of the usual example of 50 grants: 0.4', () => {
    const rows: [string, string, number][] = [
      ['yes', 'yes', 20],
      ['yes', 'no', 5],
      ['no', 'yes', 10],
      ['no', 'no', 15],
    ];
    const all = rows.flatMap(([expected, got, count]) => Array.from({ length: count }, () => ({ expected, got })));
    near(classReport(['yes', 'no'], all).kappa, 0.4);
  });

  it('counts answers that are missing or no option in a column of their own, as wrong', () => {
    const report = classReport(
      ['a', 'b'],
      [
        { expected: 'a', got: undefined },
        { expected: 'a', got: 'c' },
        { expected: 'A ', got: 'a' },
      ],
    );
    assert.deepEqual(
      [report.matrix, report.invalid, report.n],
      [
        [
          [1, 0, 2],
          [0, 0, 0],
        ],
        2,
        3,
      ],
    );
    near(report.accuracy, 1 / 3);
    near(report.microF1, 0.5);
    assert.deepEqual(report.classes[1], { option: 'b', support: 0, precision: undefined, recall: undefined, f1: undefined });
  });

  it('leaves undefined what would divide by zero', () => {
    const { accuracy, macroF1, microF1, kappa } = classReport(['a', 'b'], []);
    assert.deepEqual([accuracy, macroF1, microF1, kappa], [undefined, undefined, undefined, undefined]);
    assert.equal(classReport(['a', 'b'], [{ expected: 'a', got: 'a' }]).kappa, undefined);
  });

  it('refuses a label that is no option, with its row', () =>
    assert.throws(() => classReport(['a'], [{ expected: 'z', got: 'a' }]), /label "z" of row 1 is not one of a/));
});
