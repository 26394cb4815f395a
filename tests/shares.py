"""Which part of the suite is run by which Python. No conftest.py: a test that moves between them changes no fixture."""

LONG = (
    "bank/test_books_attacked.py",
    "bank/test_books_clock.py",
    "bank/test_key_certificates.py",
    "bank/test_operation_cells.py",
    "bank/test_operation_crashes.py",
    "bank/test_operation_races.py",
    "bank/test_smpp.py",
    "browser",
    "door/test_json.py",
    "door/test_recipes.py",
    "elsewhere",
    "flows/test_key_scripts.py",
    "flows/test_live_reader.py",
    "hw",
    "key/test_key_clients.py",
    "key/test_key_memory.py",
    "key/test_key_swtpm.py",
    "key/test_key_update_faults.py",
    "key/test_update_power_cuts.py",
    "launcher/test_launcher_firefox.py",
    "oracle",
    "promises/test_r1_card_pulled.py",
    "promises/test_r2_bad_answers.py",
    "promises/test_r7_display_errors.py",
    "systemd",
    "test_architecture.py",
    "test_mutation_tool.py",
    "test_nothing_inherited.py",
    "test_packaging.py",
    "test_pages.py",
    "test_run_without_shell.py",
    "told",
    "uml",
    "web/test_app_api_fuzz.py",
    "web/test_bank_api_fuzz.py",
    "web/test_bank_served.py",
    "web/test_crowds.py",
    "web/test_est.py",
    "web/test_next_customer.py",
    "web/test_pages_told.py",
    "web/test_reader_fuzz.py",
    "web/test_sogecash.py",
    "web/test_sogecash_tls.py",
    "web/test_space_forms.py",
    "web/test_verbs_refuse.py",
    "web/test_what_pages_stand_on.py",
    "web/test_work_of_an_approval.py",
)
"""What searches long or looks at no Python of ours: the suite runs it on its main Python only."""

EVERYWHERE = ("browser/test_browser_story.py", "browser/test_browser_app.py")
"""But these: whether reader, bank and telephone are served to a browser by another Python and by other libraries."""

BANK_SIDE = ("bank", "door", "sms", "threeds", "web")
"""What tests no part of the device."""
