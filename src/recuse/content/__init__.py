"""What readers of the site are told besides the policy: rights and the law they rest on, names, words, translations."""
