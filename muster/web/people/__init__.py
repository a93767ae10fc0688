"""The pages of students and instructors."""
