"""A customer's enrolment: who may have Sécur'Pass, its life as a table, and what the branch does about it."""
