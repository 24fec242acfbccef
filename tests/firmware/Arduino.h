// Enough of an Arduino to run a sketch on this machine. Holds no tests.
//
// Without an argument the pins are the bytes of the file that PINS names (`0`: closed to ground)
// and time is this machine's; byte 29 counts the turns. With `story`, each line of standard input
// is a time in ms and the mask of the pins that are closed, and a turn of the loop.

#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

#define LOW 0
#define HIGH 1
#define INPUT_PULLUP 2

const int TURNS = 29;
int pins = -1;
bool isStory = false;
unsigned long storyMs = 0;
unsigned long storyClosed = 0;

inline void pinMode(uint8_t, uint8_t) {}

inline int digitalRead(uint8_t pin) {
  if (isStory) {
    return storyClosed >> pin & 1 ? LOW : HIGH;
  }
  char level = '1';
  return pread(pins, &level, 1, pin) == 1 && level == '0' ? LOW : HIGH;
}

inline unsigned long millis() {
  using namespace std::chrono;
  return isStory ? storyMs
                 : duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

inline void delay(unsigned long) {}

struct SerialLine {
  void begin(unsigned long) {}
  int availableForWrite() { return 63; }
  void println(int number) { dprintf(STDOUT_FILENO, "%d\r\n", number); }
} Serial;

struct Contact;
void setup();
void loop();
bool isPressed(Contact &contact, unsigned long now, bool isClosedNow);
void say(uint8_t number);

inline void playStory() {
  isStory = true;
  bool isSetUp = false;
  while (scanf("%lu %lu", &storyMs, &storyClosed) == 2) {
    isSetUp ? loop() : setup();
    isSetUp = true;
  }
}

int main(int count, char **words) {
  if (count > 1 && strcmp(words[1], "story") == 0) {
    playStory();
    return 0;
  }
  pins = open(getenv("PINS"), O_RDWR);
  setup();
  for (uint8_t turn = 1;; turn++) {
    loop();
    if (pwrite(pins, &turn, 1, TURNS) != 1) {
      return 1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}
