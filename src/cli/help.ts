/** What `atelier --help` prints; fits 100 columns. */
export const HELP = `atelier: prompts that are measured. The same core as the Prompt Atelier extension.

  atelier generate --taste T "description" [--pattern P] [--target T] [--count N] [--user ID]
      A strong image prompt from a short idea. Saved to data/prompt_history.csv.
      --taste     photorealistic, oil painting, anime, cyberpunk, watercolor, 3d render, or one of
                  your tastes.yaml
      --pattern   enhance (both stages; default), structure (the first alone)
      --target    general (default), clip (77 tokens), natural (whole sentences)
      --count     how many candidates, with seeds one after the other

  atelier rate <id> <1-5> [--comment TEXT] [--correction TEXT] [--user ID]
      Judges a prompt. 4, 5 and corrected ones become training rows.

  atelier run <signature> [--input NAME=VALUE ...] [--input-file F.json] [--reasoning]
      A typed task: one prediction. The signature is a name (built in or in your signatures/), a
      .signature.yaml file, or one line: 'review -> label: class "good, bad", score?: number'
      --input       the value of one input
      --input-file  a JSON object with the inputs; --input goes before it
      --reasoning   think before the answer (chain of thought), and show the thoughts
      --fallback-model M, --fallback-signature S
                    what answers when the first fails
      --version V   a saved version or a label, with the model that models/config.yaml names for it
      --mode        production (default: cached, strict), development (no cache, prompts shown),
                    testing (answers from --replay alone, never the network)
      --record F    write every call and its answer to F.jsonl; --replay F answers from it

  atelier run <signature> --batch ROWS.csv --out RESULTS.csv [--resume [--retry-failed]]
      The same for every row of a CSV or JSONL file. Results are saved row by row; failed rows hold
      their reason. After a stop, --resume runs the missing rows alone.
      --map FIELD=COLUMN  when a column has another name than the input; --input gives the same
                          value to all rows

  atelier evaluate <signature> --data ROWS.csv [--split test] [--metric M] [--fail-under X]
      A score with its 95 % interval, on rows with a column per input and per label. What did not
      change since the last time is not run again.
      --split         train, validation or test: by a column "split" (--split-column C), else by a
                      seeded split, stratified on the label (--fractions 0.5,0.25,0.25)
      --train FILE    the rows that prompts are made from: rows of --data that are among them are
                      known, and refused as such
      --metric        exact_match, token_f1, rouge_l, ... with options: contains(word=foo); judge or
                      judge(rubric=NAME) with --judge-model M; a module of yours: metric.mjs
      --fail-under X  exit code 1 below this score; failed rows count as 0
      --baseline REV  the same rows with the signature as it was at a revision of git; exit code 1
                      when it really got worse
      --report F      F.xml (JUnit), F.html, F.json, F.md; may be given several times
      --version V     a saved version or a label (production), in place of what the file says
      --watch         again after each change of the signature, the rows or the metric
      --repeats N, --allow-seen (rows that are demos of the program), --retry-failed,
      --no-overrides  without the scores that people set (data/score_overrides.csv)
      --check-judge N  for image prompts: lets the judge rate the newest N prompts that you have
                      rated, too (of --user ID, or of all), and says how far it agrees with you

  atelier evaluate <signature> --data ROWS.csv --against REF [--against REF ...]
      Ranks the signature against other states of it: a judge compares each two answers to a row,
      in both orders. REF is a revision of git, or another signature with the same outputs.
      --judge-model M  who judges (default: the model itself)
      --comparer S     by which signature (default: CompareAnswers)

  atelier optimize <signature> --data ROWS.csv [--validation F] [--test F] [--optimizer O]
      Looks for a better prompt, and proves it on rows that the search never saw. What has no file
      of its own is taken from --data: by a column "split", else by chance. The new version comes
      with its score, and with the words better, worse or no real difference.
      --optimizer     bootstrap, labeled, random_search, knn, mipro(auto=medium), gepa,
                      instructions, ablation; options in brackets: bootstrap(threshold=0.8)
      --teacher M     the model that makes demos or writes instructions (default: the model itself)
      --teacher-version V   a version whose program makes the demos
      --dry-run       says how many calls, tokens and how much money it takes, and spends nothing
      --ablate        says what each demo of the result is worth
      --resume RUN    goes on with a run that was stopped or killed: nothing is paid twice
      --metric, --map, --split-column, --fractions, --version as in evaluate
      --taste T, --user ID  for whom the version is made

  atelier retrain [--taste T] [--user ID] [--min-rating 4] [--days 30] [--optimizer O]
      The feedback loop: prompts that were rated well or corrected within the last days become the
      rows of a run that optimizes ImagePrompt, for a taste, a user, or all. generate runs the new
      version for those it was made for once it is promoted.
      --optimizer     default: knn, for each idea the nearest of these prompts as demos
      --metric        default: quality and lint of the prompt, and nearness to the rated one
      --dry-run, --teacher M, --ablate, --fractions, --version as in optimize

  atelier versions list [signature]
  atelier versions save <signature> [--why W] [--describe]   the signature as its file says; a
                                    model may say in words what changed (--model M --describe)
  atelier versions show <signature> <version> [--as text|markdown|messages|dspy|...]
  atelier versions diff <signature> A B
  atelier versions label <signature> <version|none> <label> [--why W]
  atelier versions promote <signature> <version> [--label L] [--why W]
      --require-better-than REF --on ROWS.csv   only when it is really better on these rows
  atelier versions rollback <signature> [label] --why W   one step back
  atelier versions resolve <signature> [--take ours|theirs]   what git left of a merge
  atelier versions export <signature> <version> --to dspy|promptfoo|prompty|mlflow|... [--out F]
  atelier versions import <signature> F.json --from dspy
      Versions are files in prompts/<signature>/; a version is v3 or a label. "production" is
      protected: what was not measured, or is not better, needs a reason.

Common options
  --json             one JSON document on standard output, everything else on standard error
  --workspace DIR    where the files are (default: here)
  --model M          embedded (default), openai:<model>, or <preset>:<model> with groq, gemini,
                     openrouter, ollama, lmstudio, custom
  --base-url URL     an OpenAI-compatible endpoint, up to and with /v1
  --seed N           same seed, same data, same prompt (default 1)
  --concurrency N    most requests at a time
  --budget-calls N   stop hard after N calls; also --budget-tokens N, --budget-usd N
  --no-cache         ask again, even what was answered before
  --cache-hours N    how long an answer counts (default 168)
  --yes              ask nothing
  --version, --help

Keys come from the environment: OPENAI_API_KEY, GROQ_API_KEY, GEMINI_API_KEY, OPENROUTER_API_KEY,
each sent to its own endpoint alone; ATELIER_API_KEY for --base-url.
Exit codes: 0 done, 1 the operation failed, 2 bad usage or bad input.
`;
