// A box of smiley buttons for an Arduino, speaking `plain`: a line with a button's number for each
// press, and nothing else. The protocol is docs/interfaces.md, section 4; wiring is docs/box.md.
// A press that the terminal does not hear is lost: the Pico's firmware, beside this, keeps it.

// Worst to best, three to five of them, each closing to ground.
const uint8_t BUTTONS[] = {2, 3, 4, 5, 6};

// Milliseconds in which a contact must be seen closed: fewer are interference, no finger.
const uint8_t CONFIRM = 3;
// A contact open for this long is ready again: bounce of 25 ms, and samples that came late.
const uint8_t SETTLE_MS = 35;

const uint8_t COUNT = sizeof(BUTTONS);
static_assert(COUNT >= 3 && COUNT <= 5, "a box has 3, 4 or 5 buttons");

struct Contact {
  uint8_t seen;        // samples that saw it closed; CONFIRM: the button is down
  unsigned long last;  // when it was closed last
};

Contact contacts[COUNT];
unsigned long sampled;

bool isClosed(uint8_t button) { return digitalRead(BUTTONS[button]) == LOW; }

void setup() {
  Serial.begin(115200);
  for (uint8_t button = 0; button < COUNT; button++) {
    pinMode(BUTTONS[button], INPUT_PULLUP);
  }
  delay(1);  // until the pull-ups have charged a long wire
  sampled = millis();
  for (uint8_t button = 0; button < COUNT; button++) {
    // A button that is closed at power-up is a fault or an elbow, not an answer.
    contacts[button] = {uint8_t(isClosed(button) ? CONFIRM : 0), sampled};
  }
}

void loop() {
  const unsigned long now = millis();
  if (now == sampled) {
    return;
  }
  sampled = now;
  for (uint8_t button = 0; button < COUNT; button++) {
    if (isPressed(contacts[button], now, isClosed(button))) {
      say(button + 1);
    }
  }
}

// Whether this sample makes a press.
bool isPressed(Contact &contact, unsigned long now, bool isClosedNow) {
  if (isClosedNow) {
    contact.last = now;
    if (contact.seen == CONFIRM) {
      return false;
    }
    contact.seen++;
    return contact.seen == CONFIRM;
  }
  if (contact.seen > 0 && now - contact.last >= SETTLE_MS) {
    contact.seen = 0;
  }
  return false;
}

// A line is said whole or not at all: waiting for a reader would make the box deaf to fingers.
void say(uint8_t number) {
  if (Serial.availableForWrite() >= 3) {
    Serial.println(number);
  }
}
