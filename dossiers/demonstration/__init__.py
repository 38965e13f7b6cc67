"""A believable office for trials and trainings: invented people, whose files the services themselves write."""
