"""The marks of thoughts and of turns in today's families of models, as servers hand them on."""

# ruff: noqa: RUF001 -- the fullwidth bars of DeepSeek's tokens are meant.

THOUGHTS = {
    "DeepSeek, Qwen": ("<think>", "</think>"),
    "opened in the prompt": ("", "</think>"),
    "an unknown tag": ("<zorp:think>", "</zorp:think>"),
    "EXAONE": ("<thought>", "</thought>"),
    "Seed": ("<seed:think>", "</seed:think>"),
    "LongCat": ("<longcat_think>", "</longcat_think>"),
    "Kimi": ("◁think▷", "◁/think▷"),
    "Magistral": ("[THINK]", "[/THINK]"),
    "Command": ("<|START_THINKING|>", "<|END_THINKING|>"),
    "Command with a response": (
        "<|START_THINKING|>",
        "<|END_THINKING|><|START_RESPONSE|>",
    ),
    "OpenThoughts": ("<|begin_of_thought|>", "<|end_of_thought|><|begin_of_solution|>"),
    "Apertus": ("<|inner_prefix|>", "<|inner_suffix|>"),
    "an unknown token": ("<|zorp_thinking_start|>", "<|zorp_thinking_end|>"),
    "Gemma 4": ("<|channel>thought\n", "<channel|>"),
    "Gemma 4, half stripped": ("thought\n", "<channel|>"),
    "MedGemma": ("<unused94>thought\n", "<unused95>"),
    "MedGemma, half stripped": ("thought\n", "<unused95>"),
    "other numbers": ("<unused12>thought\n", "<unused13>"),
    "gpt-oss": (
        "<|channel|>analysis<|message|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
    ),
    "gpt-oss, channel tokens stripped": (
        "analysis<|message|>",
        "<|end|><|start|>assistantfinal<|message|>",
    ),
    "gpt-oss, stripped": ("analysis", "assistantfinal"),
    "Solar": ("<|think|>", "<|end|><|begin|>assistant<|content|>"),
    "LLaVA-CoT": ("<SUMMARY>I look.</SUMMARY><REASONING>", "</REASONING><CONCLUSION>"),
    "gpt-oss, stripped, with a space": ("analysis ", "assistantcommentary hm.assistantfinal"),
    "gpt-oss, its first token stripped": (
        "assistant<|channel|>analysis<|message|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
    ),
    "s1": ("<|im_start|>think\n", "\n<|im_start|>answer\n"),
    "s1 in whole turns": ("<|im_start|>think\n", "<|im_end|>\n<|im_start|>answer\n"),
    "LLaVA-CoT before it had tags": (
        "(Here begins the SUMMARY stage)I look.(Here ends the SUMMARY stage)"
        "(Here begins the REASONING stage)",
        "(Here ends the REASONING stage)(Here begins the CONCLUSION stage)",
    ),
    "escaped for HTML": ("&lt;think&gt;", "&lt;/think&gt;"),
    "escaped for Markdown": ("\\<think\\>", "\\</think\\>"),
    "fullwidth": ("＜think＞", "＜/think＞"),
    "a fence": ("```thinking\n", "\n```\n"),
    "Open WebUI": (
        '<details type="reasoning" done="true" duration="5">\n<summary>Thought for 5 seconds'
        "</summary>\n> ",
        "\n</details>\n",
    ),
    "folded": ("<details>\n<summary>\U0001f914 Thinking</summary>\n", "</details>\n"),
    "Llama-Nemotron in ChatML": ("<|im_start|>assistant\n<think>", "</think>"),
}

ENDS = {
    "Llama": ("<|eot_id|>", "<|start_header_id|>user<|end_header_id|>\n\n"),
    "Llama 4": ("<|eot|>", "<|header_start|>user<|header_end|>\n\n"),
    "ChatML": ("<|im_end|>\n", "<|im_start|>user\n"),
    "ChatML, stripped": ("\n", "user\n"),
    "Gemma 3": ("<end_of_turn>\n", "<start_of_turn>user\n"),
    "Gemma 4": ("<turn|>\n", "<|turn>user\n"),
    "DeepSeek": ("<｜end▁of▁sentence｜>", "<｜User｜>"),
    "Mistral": ("</s>", "[INST] "),
    "GLM": ("", "<|user|>\n"),
    "Kimi": ("<|im_end|>", "<|im_user|>user<|im_middle|>"),
    "Seed": ("<seed:eos>", "<seed:bos>user\n"),
    "Command": ("<|END_OF_TURN_TOKEN|>", "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>"),
    "EXAONE": ("[|endofturn|]\n", "[|user|]"),
    "Phi": ("<|end|>", "<|user|>"),
    "gpt-oss": ("<|return|>", "<|start|>user<|message|>"),
    "Idefics": ("<end_of_utterance>\n", "User:"),
    "Megrez": ("<|turn_end|>", "<|role_start|>user<|role_end|>"),
    "Nemotron": ("<SPECIAL_12>\n", "<SPECIAL_11>User\n"),
    "Nemotron 4": ("\n", "<extra_id_1>User\n"),
    "padding": ("<pad><pad>", "<pad>"),
    "an unknown family": ("<|zorp_end|>", "<|zorp_user|>"),
}
