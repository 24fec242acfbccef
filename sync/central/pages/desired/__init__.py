"""What terminals should be: settings, questionnaires, messages, the form's address, the units."""
