//! One file a promise that a user could quote; each is kept on SQLite and on PostgreSQL.

mod a_number_that_moved_brings_help_in_private;
mod a_question_nobody_answers_gets_a_card_in_its_thread;
mod a_question_that_people_answer_is_left_alone;
mod quiet_hours_are_respected;
