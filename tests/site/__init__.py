"""The public site as readers get it: published once, then looked over page by page, in every language."""  # noqa: A005  # a package of its own
