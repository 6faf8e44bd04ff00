"""The demo’s texts for readers, judged as an editor would: what they rest on, what they say, in which words."""
