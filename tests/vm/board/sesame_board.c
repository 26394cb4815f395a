// SPDX-License-Identifier: MIT
/*
 * The reader's board as a Linux kernel sees it, for a machine that has none: a GPIO chip with a 4x4 key matrix on the
 * pins of drivers/header.py, an I2C bus number 1 with a display at 0x3C that takes every byte and answers nothing, and
 * the two entries of /proc/device-tree by which programs know a Raspberry Pi Zero 2 W.
 *
 * Keys are pressed, and the bytes that went to the display are read, in /sys/devices/platform/sesame-board/:
 *   keys    (write) a mask of 16 bits, bit 4 * row + column: the keys that are down
 *   wire    (read)  every I2C message since the module was loaded: its length in two bytes, low one first, then its bytes
 *   present (write) 0: the display is unplugged and answers nothing any more, 1: it is back
 */
#include <linux/gpio/driver.h>
#include <linux/i2c.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>
#include <linux/vmalloc.h>

#define PINS 28
#define SIDE 4
#define DISPLAY 0x3c
#define WIRE_BYTES (16 << 20)

static const unsigned int rows[SIDE] = { 5, 6, 13, 19 };
static const unsigned int columns[SIDE] = { 12, 16, 20, 21 };

struct board {
	struct gpio_chip gpio;
	struct i2c_adapter i2c;
	raw_spinlock_t lock; /* pins and keys */
	struct mutex wire_lock;
	unsigned long outputs, high, watched;
	u16 keys;
	bool seen[SIDE]; /* the rows' levels as edges were last told */
	bool present;
	u8 *wire;
	size_t used;
};

/* A pressed key joins its row to its column; an input is pulled up. */
static bool row_level(const struct board *board, int row)
{
	int column;

	for (column = 0; column < SIDE; column++) {
		unsigned long driver = BIT(columns[column]);

		if (board->keys & BIT(SIDE * row + column) && board->outputs & driver && !(board->high & driver))
			return false;
	}
	return true;
}

static int row_of(unsigned int pin)
{
	int row;

	for (row = 0; row < SIDE; row++)
		if (rows[row] == pin)
			return row;
	return -1;
}

/* After any change: one interrupt for each watched row that has another level now. */
static void tell_edges(struct board *board)
{
	unsigned long flags, changed = 0;
	int row;

	raw_spin_lock_irqsave(&board->lock, flags);
	for (row = 0; row < SIDE; row++) {
		bool level = row_level(board, row);

		if (level != board->seen[row] && board->watched & BIT(rows[row]))
			changed |= BIT(row);
		board->seen[row] = level;
	}
	raw_spin_unlock_irqrestore(&board->lock, flags);
	for (row = 0; row < SIDE; row++)
		if (changed & BIT(row))
			generic_handle_domain_irq_safe(board->gpio.irq.domain, rows[row]);
}

static int board_get(struct gpio_chip *chip, unsigned int pin)
{
	struct board *board = gpiochip_get_data(chip);
	unsigned long flags;
	int row = row_of(pin);
	bool level;

	raw_spin_lock_irqsave(&board->lock, flags);
	if (board->outputs & BIT(pin))
		level = board->high & BIT(pin);
	else
		level = row < 0 || row_level(board, row);
	raw_spin_unlock_irqrestore(&board->lock, flags);
	return level;
}

static void drive(struct board *board, unsigned int pin, bool output, bool high)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&board->lock, flags);
	board->outputs = output ? board->outputs | BIT(pin) : board->outputs & ~BIT(pin);
	board->high = high ? board->high | BIT(pin) : board->high & ~BIT(pin);
	raw_spin_unlock_irqrestore(&board->lock, flags);
	tell_edges(board);
}

static void board_set(struct gpio_chip *chip, unsigned int pin, int value)
{
	drive(gpiochip_get_data(chip), pin, true, value);
}

static int board_output(struct gpio_chip *chip, unsigned int pin, int value)
{
	drive(gpiochip_get_data(chip), pin, true, value);
	return 0;
}

static int board_input(struct gpio_chip *chip, unsigned int pin)
{
	drive(gpiochip_get_data(chip), pin, false, true);
	return 0;
}

static int board_direction(struct gpio_chip *chip, unsigned int pin)
{
	struct board *board = gpiochip_get_data(chip);

	return board->outputs & BIT(pin) ? GPIO_LINE_DIRECTION_OUT : GPIO_LINE_DIRECTION_IN;
}

/* Pulls and drive modes are taken as asked: every input is pulled up, every output pushes and pulls. */
static int board_config(struct gpio_chip *chip, unsigned int pin, unsigned long config)
{
	return 0;
}

static void board_watch(struct irq_data *data, bool on)
{
	struct gpio_chip *chip = irq_data_get_irq_chip_data(data);
	struct board *board = gpiochip_get_data(chip);
	unsigned long flags;

	raw_spin_lock_irqsave(&board->lock, flags);
	board->watched = on ? board->watched | BIT(irqd_to_hwirq(data)) : board->watched & ~BIT(irqd_to_hwirq(data));
	raw_spin_unlock_irqrestore(&board->lock, flags);
}

static void board_mask(struct irq_data *data)
{
	board_watch(data, false);
	gpiochip_disable_irq(irq_data_get_irq_chip_data(data), irqd_to_hwirq(data));
}

static void board_unmask(struct irq_data *data)
{
	gpiochip_enable_irq(irq_data_get_irq_chip_data(data), irqd_to_hwirq(data));
	board_watch(data, true);
}

static int board_edge(struct irq_data *data, unsigned int type)
{
	return 0; /* both edges are told; the kernel's GPIO layer drops the one nobody asked for */
}

static const struct irq_chip board_irqs = {
	.name = "sesame-board",
	.irq_mask = board_mask,
	.irq_unmask = board_unmask,
	.irq_set_type = board_edge,
	.flags = IRQCHIP_IMMUTABLE,
	GPIOCHIP_IRQ_RESOURCE_HELPERS,
};

static int board_transfer(struct i2c_adapter *adapter, struct i2c_msg *messages, int count)
{
	struct board *board = i2c_get_adapdata(adapter);
	int index;

	mutex_lock(&board->wire_lock);
	for (index = 0; index < count; index++) {
		const struct i2c_msg *message = &messages[index];

		if (message->addr != DISPLAY || !board->present) {
			mutex_unlock(&board->wire_lock);
			return -ENXIO;
		}
		if (message->flags & I2C_M_RD) {
			memset(message->buf, 0, message->len);
		} else if (board->used + 2 + message->len <= WIRE_BYTES) {
			board->wire[board->used++] = message->len & 0xff;
			board->wire[board->used++] = message->len >> 8;
			memcpy(board->wire + board->used, message->buf, message->len);
			board->used += message->len;
		}
	}
	mutex_unlock(&board->wire_lock);
	return count;
}

static u32 board_functions(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
}

static const struct i2c_algorithm board_bus = {
	.master_xfer = board_transfer,
	.functionality = board_functions,
};

static ssize_t keys_store(struct device *device, struct device_attribute *attribute, const char *text, size_t size)
{
	struct board *board = dev_get_drvdata(device);
	int error = kstrtou16(text, 0, &board->keys);

	if (error)
		return error;
	tell_edges(board);
	return size;
}
static DEVICE_ATTR_WO(keys);

static ssize_t present_store(struct device *device, struct device_attribute *attribute, const char *text, size_t size)
{
	struct board *board = dev_get_drvdata(device);
	int error = kstrtobool(text, &board->present);

	return error ? error : size;
}
static DEVICE_ATTR_WO(present);

static ssize_t wire_read(struct file *file, struct kobject *object, struct bin_attribute *attribute, char *to,
			 loff_t from, size_t size)
{
	struct board *board = dev_get_drvdata(kobj_to_dev(object));
	ssize_t done;

	mutex_lock(&board->wire_lock);
	done = memory_read_from_buffer(to, size, &from, board->wire, board->used);
	mutex_unlock(&board->wire_lock);
	return done;
}
static BIN_ATTR_RO(wire, 0);

static struct attribute *board_attributes[] = { &dev_attr_keys.attr, &dev_attr_present.attr, NULL };
static struct bin_attribute *board_streams[] = { &bin_attr_wire, NULL };
static const struct attribute_group board_group = { .attrs = board_attributes, .bin_attrs = board_streams };
static const struct attribute_group *board_groups[] = { &board_group, NULL };

static int add_gpio(struct device *device, struct board *board)
{
	struct gpio_chip *chip = &board->gpio;

	chip->label = "pinctrl-bcm2835";
	chip->parent = device;
	chip->owner = THIS_MODULE;
	chip->base = -1;
	chip->ngpio = PINS;
	chip->get = board_get;
	chip->set = board_set;
	chip->direction_input = board_input;
	chip->direction_output = board_output;
	chip->get_direction = board_direction;
	chip->set_config = board_config;
	gpio_irq_chip_set_chip(&chip->irq, &board_irqs);
	chip->irq.handler = handle_simple_irq;
	chip->irq.default_type = IRQ_TYPE_NONE;
	return devm_gpiochip_add_data(device, chip, board);
}

static int add_bus(struct device *device, struct board *board)
{
	board->i2c.owner = THIS_MODULE;
	board->i2c.algo = &board_bus;
	board->i2c.nr = 1; /* as on the header of every Pi */
	board->i2c.dev.parent = device;
	strscpy(board->i2c.name, "sesame-board", sizeof(board->i2c.name));
	i2c_set_adapdata(&board->i2c, board);
	return i2c_add_numbered_adapter(&board->i2c);
}

static int show_model(struct seq_file *file, void *unused)
{
	return seq_write(file, "Raspberry Pi Zero 2 W Rev 1.0", sizeof("Raspberry Pi Zero 2 W Rev 1.0"));
}

static int show_revision(struct seq_file *file, void *unused)
{
	return seq_write(file, "\x00\x90\x21\x20", 4);
}

/* A PC's kernel has no device tree, so that the name is free. */
static int add_identity(void)
{
	struct proc_dir_entry *tree = proc_mkdir("device-tree", NULL);
	struct proc_dir_entry *system = tree ? proc_mkdir("system", tree) : NULL;

	if (!system || !proc_create_single("model", 0444, tree, show_model))
		return -ENOMEM;
	return proc_create_single("linux,revision", 0444, system, show_revision) ? 0 : -ENOMEM;
}

static void free_wire(void *wire)
{
	vfree(wire);
}

static int board_probe(struct platform_device *platform)
{
	struct device *device = &platform->dev;
	struct board *board = devm_kzalloc(device, sizeof(*board), GFP_KERNEL);
	int error;

	if (!board)
		return -ENOMEM;
	board->wire = vmalloc(WIRE_BYTES);
	if (!board->wire)
		return -ENOMEM;
	error = devm_add_action_or_reset(device, free_wire, board->wire);
	if (error)
		return error;
	board->present = true;
	memset(board->seen, true, sizeof(board->seen));
	raw_spin_lock_init(&board->lock);
	mutex_init(&board->wire_lock);
	platform_set_drvdata(platform, board);
	error = add_identity();
	if (!error)
		error = add_gpio(device, board);
	return error ? error : add_bus(device, board);
}

static struct platform_driver board_driver = {
	.probe = board_probe,
	.driver = { .name = "sesame-board", .dev_groups = board_groups },
};

static struct platform_device *board_device;

static int __init board_init(void)
{
	int error = platform_driver_register(&board_driver);

	if (error)
		return error;
	board_device = platform_device_register_simple("sesame-board", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(board_device)) {
		platform_driver_unregister(&board_driver);
		return PTR_ERR(board_device);
	}
	return 0;
}
module_init(board_init); /* loaded once, never unloaded: the machine ends first */

MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("The board of the Sésame reader, for machines that have none");
