/// Models in the files of Hugging Face's libraries, out and in: `config.json`, `model.safetensors` and its shards.
package io.regmixd.engine.huggingface;
