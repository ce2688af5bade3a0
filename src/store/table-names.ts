/** Names of the three tables, inside the data folder. Apart from the tables, so that naming one loads no CSV code. */
export const TRAINING_FILE = 'training_data.csv';
export const HISTORY_FILE = 'prompt_history.csv';
export const FEEDBACK_FILE = 'user_feedback.csv';
export const OVERRIDES_FILE = 'score_overrides.csv';
