"""The public site as readers get it: published once, then looked over page by page, in every language."""
