"""The pages in English, after the user guide."""

from bank.web.coopanet.words.sentences import CoopanetWords, Step, Steps

_CODE = (
    Step("Press the reader's Code key.", "key-code.svg"),
    Step("Confirm with the OK key.", "key-ok.svg"),
)

ENGLISH = CoopanetWords(
    language="en",
    name="English",
    skip="Skip to content",
    demonstration="Demonstration: this is not a bank's site. Never type a real code here.",
    tagline="Online banking, to learn the Sésame reader with",
    home="Home",
    home_title="Welcome to Coop@net",
    home_text="See your accounts with your Sésame reader: a code that works once takes the place of your old password.",
    subscribers="Subscribers' access",
    first_try="Make a first try",
    safe_title="Why a Sésame code?",
    safe=(
        "It can be used only once to sign in.",
        "It disappears from the reader after 35 seconds.",
        "It takes your card and its PIN to make one: the reader alone knows nothing.",
    ),
    access_title="Access to your accounts",
    access_text="Click on the Sésame reader.",
    choose_sesame="Sign in with the Sésame reader",
    sesame_text="With your bank card or your Sésame card",
    choose_phone="Sign in with Sécur'Pass",
    phone_text="Your phone approves: nothing to copy",
    phone_form="Enter your user code, then confirm on your phone, in the app.",
    phone_submit="Ask on my phone",
    phone_slip="A user code has 8 letters and digits.",
    phone_wait="Confirm on your phone",
    phone_open="Open the app on your phone, choose “Access to Coop@net”, type this number and approve.",
    phone_number="The number to type:",
    phone_until="The request is good until {time}.",
    phone_follows="As soon as you have approved, this page opens your accounts.",
    phone_continue="I have approved, continue",
    phone_nothing="Nothing on your phone? Sécur'Pass may not be active there, or several requests came to nothing: "
    "use the Sésame reader.",
    phone_approved="Approved",
    phone_opening="Your accounts open.",
    phone_over="The request came to nothing",
    phone_over_text="It was refused, or not approved in time. If you did not refuse it, you can begin again.",
    phone_again="Begin again",
    old_code="Your old password is no longer of use.",
    user_code="User code",
    user_hint="8 characters, given to you by the bank. It does not change.",
    sesame_code="Sésame code",
    sesame_hint="8 digits, written 0000 0000 or 00000000.",
    submit="Validate",
    slip="A Sésame code has 8 digits. Copy the 8 digits that the reader shows.",
    refused_title="We could not identify you",
    refused="Check your user code, then make a new Sésame code: each code works only once. If it is refused again, "
    "contact your adviser.",
    last_refusal="Careful: one more refusal, and access with this user code is closed. Your adviser can open it again.",
    try_again="You can try again below.",
    first_why="Fraudsters try to pass for you. The Sésame reader protects you from them: to open your accounts it "
    "takes your card, its PIN, and a code that works once, which the reader makes with them.",
    first_text="Make a Sésame code with your Sésame reader.",
    guide=(
        Steps(
            "You have a bank card",
            "Take your Sésame reader and your bank card.",
            (
                Step("Insert your bank card into the Sésame reader."),
                _CODE[0],
                Step("Type your bank card's PIN: the 4 digits you use in a shop or at a cash machine."),
                _CODE[1],
            ),
        ),
        Steps(
            "You have a Sésame card",
            "Take your Sésame reader and your Sésame card.",
            (
                Step("Insert your Sésame card into the Sésame reader."),
                _CODE[0],
                Step("Type your Sésame card's PIN: the 4 digits that came by separate post."),
                _CODE[1],
            ),
        ),
    ),
    shown_title="The code appears",
    shown="An 8-digit Sésame code appears. You have 35 seconds to type it into Coop@net; then the reader goes dark and "
    "the code is gone. Do not worry: you can make a new one in the same way.",
    advice_title="Good to know",
    advice="The reader shows the code as 0000 0000, which is easier to remember. You may type it like that, or as "
    "00000000.",
    once="Each code can be used only once. Make a new one every time you sign in.",
    now_ready="Now you can make a Sésame code",
    signing_in_title="Sign in to Coop@net",
    signing_in=(
        Step("On Coop@net's home page, click on “Subscribers' access”."),
        Step("On the page “Access to your accounts”, click on the Sésame reader.", "reader.svg"),
        Step(
            "Type your user code: the 8 characters that the bank gave you and that you have been using so far. "
            "It does not change."
        ),
        Step("Type your Sésame code: the 8 digits that the reader shows. Validate."),
    ),
    there="Your accounts appear. From now on your Sésame code is enough: your old password is no longer of use.",
    accounts_title="Your accounts",
    hello="Hello {name}",
    balance="Balance",
    movements="Latest movements",
    no_movements="No recent movement.",
    date="Date",
    label="Movement",
    amount="Amount",
    signed_in="You have signed in to your Coop@net space.",
    sign_off="Sign off",
    goodbye_title="You have signed off",
    goodbye="See you soon. To sign in again, make a new Sésame code.",
    help_title="A doubt, a question?",
    help="In this demonstration, ask whoever shows it to you. A real bank would give you a telephone number here.",
    call="Call {name}: {telephone}.",
    missing_title="There is no such page",
    missing="The address may be misspelt.",
    broken_title="The service is interrupted",
    broken="The accounts cannot be reached at the moment. Try again in a few minutes.",
    stale_title="This page has expired",
    stale="Load the page anew and start again: the form was no longer valid.",
    connect_title="Open on a phone",
    connect_text="The phone must be on the same network as this computer. Point its camera at this square, or type the "
    "address.",
    connect_picture="QR code of the address {url}",
    connect_root_title="The demonstration's certificate",
    connect_root="The phone does not know this server yet, and says so. To have it known, install this demonstration's "
    "root certificate, once you have compared its fingerprint. It is good for private addresses alone; remove it "
    "after the demonstration.",
    connect_root_get="Download the certificate",
    connect_fingerprint="SHA-256 fingerprint:",
)
