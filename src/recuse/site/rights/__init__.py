"""Rights on the site: what is shown of the texts on a day, with the law that each rests on; cards, sheets, words."""
