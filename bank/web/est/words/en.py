"""The certificate issuing service in English."""

from bank.esecure.enrolling import EnrolFault
from bank.web.est.words.sentences import EstWords

WORDS = EstWords(
    realm="Please enter your User ID and Activation Code",
    faults={
        EnrolFault.CODE: "Please enter your User ID and Activation Code. If they are as in the letter, the code is too "
        "old or was used: please contact the helpdesk.",
        EnrolFault.REQUEST: "The certificate issuing service cannot read what the key has sent. Please contact the "
        "helpdesk.",
        EnrolFault.SERIAL: "The certificate issuing service does not recognise your key's serial number. Please "
        "contact the helpdesk.",
        EnrolFault.NOT_ATTESTED: "The certificate issuing service cannot tell that this key was made in your access "
        "key. Please contact the helpdesk.",
        EnrolFault.USED: "Your access key has a certificate already. Please contact the helpdesk if you need another.",
        EnrolFault.EARLY: "Your certificate can be renewed from {day}.",
        EnrolFault.SAME_KEY: "A renewed certificate wants a new key. Please contact the helpdesk.",
        EnrolFault.NOT_VALID: "Your certificate is not valid here. Please contact the helpdesk.",
    },
    too_many="Too many tries. Please wait ten minutes.",
    no_tls="The certificate issuing service is reached by https alone.",
    broken="The certificate issuing service cannot be used at the moment. Please try again later.",
)
