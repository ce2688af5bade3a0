// The lazily loaded bundle: everything that calls a model.
export { generateImagePrompt } from '../core/image-prompt/generate.js';
export { Budget } from '../models/guard/budget.js';
export { MemoryCache } from '../models/guard/cache.js';
export { ModelHub } from '../models/model-hub.js';
export { estimateTokens } from '../models/tokens.js';
export { type CustomMetricScorer, customMetricScorer } from './custom-metric/custom-metric.js';
export { reflectWithAx } from './gepa.js';
export { createImagePromptEngine } from './image-prompt-engine.js';
export { partialAnswer } from './partial-answer.js';
export { createPredictor } from './predict.js';
export { renderMessages } from './render-messages.js';
export { runModels } from './run-models.js';
