//! What the library gives can be handed to another thread, and asked from several.

use handful::heads::{FittedHead, HeadSpec, UerStream};
use handful::support::SupportSet;
use handful::task::Task;
use handful::{Answer, Classifier, Error, Recogniser};

const fn is_shared<T: Send + Sync + ?Sized>() {}

#[test]
fn everything_public_is_send_and_sync() {
    is_shared::<Classifier>();
    is_shared::<Recogniser>();
    is_shared::<Task>();
    is_shared::<SupportSet>();
    is_shared::<HeadSpec>();
    is_shared::<UerStream>();
    is_shared::<dyn FittedHead>();
    is_shared::<Answer>();
    is_shared::<Error>();
}
